"""Numbers as people read them."""


def amount(value: float) -> str:
    """Up to six significant decimals, thousands grouped, no trailing zeros: `1,234.5`."""
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def percent(share: float) -> str:
    """A share as a percentage: 0.0001 → `0.01 %`."""
    return f"{amount(round(share * 100, 6))} %"
