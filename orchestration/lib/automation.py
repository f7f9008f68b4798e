"""When an asset downstream of raw data is due: when content changed, never because somebody looked."""

from __future__ import annotations

import dagster as dg


def on_new_data() -> dg.AutomationCondition:  # type: ignore[type-arg]
    """Due once after the data version of a dependency changed, or when the asset was never made or its code changed."""
    changed = dg.AutomationCondition.any_deps_match(dg.AutomationCondition.data_version_changed() | dg.AutomationCondition.will_be_requested())
    due = (changed | dg.AutomationCondition.code_version_changed() | dg.AutomationCondition.newly_missing()).since(
        dg.AutomationCondition.newly_requested() | dg.AutomationCondition.newly_updated() | dg.AutomationCondition.initial_evaluation()
    )
    return (
        due & ~dg.AutomationCondition.any_deps_missing() & ~dg.AutomationCondition.any_deps_in_progress() & ~dg.AutomationCondition.in_progress()
    ).with_label("on_new_data")
