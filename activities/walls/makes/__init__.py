"""The known walls, by what makes them.

Each module has signatures of one kind of makers. Patterns are facts about pages that were seen;
only what a maker's own pages have weighs 3.
"""

from activities.walls.makes.bot_management import BOT_MANAGEMENT
from activities.walls.makes.chinese import CHINESE
from activities.walls.makes.firewalls import FIREWALLS
from activities.walls.makes.self_hosted import SELF_HOSTED
from activities.walls.makes.sites import SITES

WALL_SIGNATURES = (*BOT_MANAGEMENT, *SELF_HOSTED, *FIREWALLS, *CHINESE, *SITES)
"""The known walls. The first signature whose indicators weigh enough names the wall."""
