"""The errors a user can act on; anything else that is raised is a bug of ours.

CaibianError
├── ConfigError   wrong usage or configuration   exit code 2
└── DataError     unusable input or output       exit code 3
"""


class CaibianError(Exception):
    """An error with a message of one line: where, what was found, what to do."""

    exit_code = 1


class ConfigError(CaibianError):
    """Wrong usage or configuration; `problems` holds every one that was found."""

    exit_code = 2

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class DataError(CaibianError):
    """Input that cannot be used, or output that cannot be written."""

    exit_code = 3
