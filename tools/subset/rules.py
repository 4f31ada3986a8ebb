"""All rules of the subset, in the order of docs/subset.md."""

from __future__ import annotations

from tools.subset import container_rules, function_rules, name_rules, statement_rules, typed_rules, value_rules

UNTYPED_RULES = [
    *value_rules.RULES,
    *container_rules.RULES,
    *function_rules.RULES,
    *statement_rules.RULES,
    *name_rules.RULES,
]
RULES = [*UNTYPED_RULES, *typed_rules.RULES]
