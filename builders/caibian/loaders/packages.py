"""A file or a module of an installed package, without the package: to import that takes a quarter of a second."""

from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType


def file_of(package: str, name: str) -> Path:
    """Return the path of a file in a package. Raises ModuleNotFoundError if the package is not installed."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed; it is a dependency of caibian", name=package)
    return Path(spec.origin).parent / name


def module_of(package: str, name: str) -> ModuleType:
    """Return a module in a package that imports nothing; raises what `file_of` does and what the module raises."""
    path = file_of(package, name)
    spec = spec_from_file_location(f"caibian.{package}.{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"{path}: cannot be loaded", name=package)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
