"""Reading typed settings from the environment; `core.settings` says which there are."""

from collections.abc import Mapping

SECRET_MIN_LENGTH = 32


class SettingsError(Exception):
    """A setting is missing or malformed; the text names the variable and what it should be."""


class Reader:
    """Reads typed variables and collects every mistake, so that all are told at once."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.mistakes: list[str] = []

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text; without a default it must be set."""
        value = self.environ.get(name, "").strip()
        if value:
            return value
        if default is None:
            self.mistakes.append(f"{name} is not set")
            return ""
        return default

    def secret(self, name: str) -> str:
        """Return a text that is long enough to be a secret."""
        value = self.text(name)
        if value and len(value) < SECRET_MIN_LENGTH:
            self.mistakes.append(f"{name} must have at least {SECRET_MIN_LENGTH} characters")
        return value

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """Return a whole number within bounds."""
        raw = self.text(name, str(default))
        try:
            value = int(raw)
        except ValueError:
            self.mistakes.append(f"{name} is not a whole number: {raw!r}")
            return default
        if not low <= value <= high:
            self.mistakes.append(f"{name} must be between {low} and {high}, not {value}")
        return value

    def decimal(self, name: str, default: float, low: float, high: float) -> float:
        """Return a number within bounds."""
        raw = self.text(name, str(default))
        try:
            value = float(raw)
        except ValueError:
            self.mistakes.append(f"{name} is not a number: {raw!r}")
            return default
        if not low <= value <= high:
            self.mistakes.append(f"{name} must be between {low} and {high}, not {value}")
        return value

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        """Return one of the choices."""
        value = self.text(name, default)
        if value not in choices:
            self.mistakes.append(f"{name} must be one of {', '.join(choices)}, not {value!r}")
        return value

    def words(self, name: str, default: str = "") -> tuple[str, ...]:
        """Return what stands between commas."""
        return tuple(word.strip() for word in self.text(name, default).split(",") if word.strip())
