"""Slices as people type them."""

from optcenter_pipeline.rules.slices import slice_id


def test_the_key_of_one_dimension_is_taken_whole() -> None:
    assert slice_id("department", "-1+1|cmd") == (("department", "-1+1|cmd"),)


def test_the_keys_of_several_are_joined_the_same_way() -> None:
    assert slice_id("product|country", "Payments|UK") == slice_id("country_product", " uk | payments ")
