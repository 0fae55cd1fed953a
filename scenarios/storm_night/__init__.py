"""The first night of FIELD.md, 21:40 to 07:30, as far as warnings go; each act is a module.

The station's signal is relayed word for word, raised, turned red, lowered and lifted; the district's own flood warning
is agreed to by telephone, raised with a signature, lifted; a village is cut off; a slope cracks and a house falls. The
bot is killed while the red warning goes out. What nobody should hear is asserted too.
"""

from __future__ import annotations

from scenarios.stage import Stage
from scenarios.storm_night import cut_off, evening, flood, house, morning, red, slope

TITLE = "暴雨夜：21:40到07:30，转发、签发、叫应、解除，谁没应答一目了然"


async def nightfall(stage: Stage) -> None:
    """Moves the clock on to that evening; what was said before is no part of the story."""
    await stage.until("21:37", at_most_late_minutes=0)
    await stage.begin()


async def play(stage: Stage) -> None:
    """Plays it once, with the clock of that night. Raises ScenarioFailed."""
    await nightfall(stage)
    await evening.nothing_is_lifted_that_was_not_issued(stage)
    await evening.relayed_in_one_step(stage)
    await evening.only_the_missing_are_nudged(stage)
    await evening.the_two_are_telephoned(stage)
    await flood.proposed(stage)
    await flood.agreed_to_by_telephone(stage)
    await slope.play(stage)
    await cut_off.raised_to_orange(stage)
    await cut_off.lost(stage)
    await flood.raised_and_signed(stage)
    await cut_off.reached_on_foot(stage)
    await red.goes_out_while_the_bot_dies(stage)
    await house.reported_by_telephone(stage)
    await morning.lowered(stage)
    await morning.lifted(stage)
    await flood.lifted(stage)
    await flood.countersigned(stage)
    await morning.what_nobody_heard(stage)
