"""Row models and the workbook's columns say the same, though neither knows of the other."""

import pytest

from optcenter_pipeline.rows.keys import KEY_COLUMNS, TAB_ORDER
from optcenter_pipeline.rows.row_models import MODEL_BY_TAB
from optcenter_pipeline.rules.constraint_row import ROW_BY_TYPE
from optcenter_pipeline.rules.slices import DIMENSIONS
from optcenter_pipeline.workbook.columns import Owner
from optcenter_pipeline.workbook.tabs import CONSTRAINTS, INITIATIVES, INPUT_TABS, TAB_BY_NAME


@pytest.mark.parametrize("tab", sorted(MODEL_BY_TAB))
def test_a_row_models_fields_are_the_tabs_own_columns(tab: str) -> None:
    fields = set(MODEL_BY_TAB[tab].model_fields) - {"row_num"}

    assert fields == set(TAB_BY_NAME[tab].owned_by(Owner.PM))


def test_constraint_types_use_all_columns_of_constraints_and_no_others() -> None:
    fields = {field for model in ROW_BY_TYPE.values() for field in model.model_fields} - {"row_num"}

    assert fields == set(CONSTRAINTS.owned_by(Owner.PM))


def test_constraint_types_are_the_drop_down() -> None:
    assert tuple(ROW_BY_TYPE) == CONSTRAINTS.by_name["constraint_type"].choices


def test_dimensions_are_columns_of_the_registry() -> None:
    assert set(DIMENSIONS) <= set(INITIATIVES.by_name)


def test_keys() -> None:
    assert set(TAB_ORDER) == {tab.name for tab in INPUT_TABS}
    assert {tab.name: tab.key_columns for tab in INPUT_TABS} == dict(KEY_COLUMNS)


@pytest.mark.parametrize("model", [*MODEL_BY_TAB.values(), *ROW_BY_TYPE.values()])
def test_what_must_be_given_says_what_would_be_right(model: type) -> None:
    from optcenter_pipeline.rules.row import Row

    assert issubclass(model, Row)
    silent = [name for name, field in model.model_fields.items() if field.is_required() and not field.description]
    assert set(silent) <= {"row_num", "constraint_type"}
