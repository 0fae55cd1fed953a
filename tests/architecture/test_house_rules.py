"""The house rules, held against every file of the project. Each failure says where, why, and how to mend it."""

from __future__ import annotations

import pytest

from tests.architecture import code_rules, file_rules
from tests.architecture.rule import Rule
from tests.architecture.source import project_files

RULES = (*code_rules.RULES, *file_rules.RULES)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_house_keeps_its_rules(rule: Rule) -> None:
    breaches = rule.breaches(project_files())
    if breaches:
        pytest.fail(rule.complaint(breaches), pytrace=False)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_every_rule_has_files_to_look_at(rule: Rule) -> None:
    assert any(rule.looks_at(source) for source in project_files())
