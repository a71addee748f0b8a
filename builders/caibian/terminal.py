"""The terminal: a console that is left in peace by what it shows, and by a reader that goes away."""

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

# Shown in place of what moves the cursor or colours the terminal: of control characters their pictures, else U+FFFD.
_PICTURES = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"} | {0x7F: 0x2421}
_TURNS = dict.fromkeys((*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD)
_HARMLESS = _PICTURES | _TURNS


class Terminal(Console):
    """Rich's console, for texts of which nobody knows what is in them."""

    def __init__(self) -> None:
        super().__init__(highlight=False)

    def on_broken_pipe(self) -> None:
        """Leave it to the command line to end well; rich would exit 1."""
        raise BrokenPipeError

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """Yield the segments of what is printed, with nothing in their texts that a terminal obeys."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=harmless(segment.text))


def harmless(text: str) -> str:
    """Return a text of the same length in which nothing moves the cursor, colours the terminal or turns the writing.

    >>> harmless("标\\x1b[31m题")
    '标␛[31m题'
    """
    return text.translate(_HARMLESS)
