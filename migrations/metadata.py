"""All tables of the program in one metadata, for migrations and tests. A room's models count once they stand here.

Importing this module imports every `models.py` of bot/; nothing else should, since each room needs only its own.
"""

from __future__ import annotations

from sqlmodel import SQLModel

from bot.audit import models as audit
from bot.delivery import models as delivery
from bot.directory import models as directory
from bot.drill import models as drill
from bot.inbox import models as inbox
from bot.incident import models as incident
from bot.intake import models as intake
from bot.paper import models as paper
from bot.warning import models as warning
from bot.watch import models as watch

ROOMS = (audit, delivery, directory, drill, inbox, incident, intake, paper, warning, watch)
METADATA = SQLModel.metadata
