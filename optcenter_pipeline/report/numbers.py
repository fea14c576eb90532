"""Numbers as people read them."""


def amount(value: float) -> str:
    """Six decimals at most, thousands grouped, no trailing zeros: `1,234.5`; what is smaller still shows."""
    if 0 < abs(value) < 1e-6:
        return f"{value:.3g}"
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def percent(share: float) -> str:
    """A share as a percentage: 0.0001 → `0.01 %`."""
    return f"{amount(round(share * 100, 6))} %"


def change(value: float | None) -> str:
    """A change with its sign: `+1,234.5`, `-3`, `0`; blank where none is known."""
    if value is None:
        return ""
    return f"+{amount(value)}" if value > 0 else amount(value)
