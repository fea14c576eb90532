"""What the rows of Constraints share that name initiatives: a blank dimension means `initiative`."""

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from optcenter_pipeline.rules.row import SetRow, word


class InitiativeRuleRow(SetRow):
    """A rule about named initiatives."""

    tab: ClassVar[str] = "Constraints"
    dimension: Annotated[Literal["initiative"], BeforeValidator(word)] = Field(
        default="initiative", description="initiative, or leave it blank"
    )
