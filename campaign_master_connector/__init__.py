# Before the wire package, which reads its contract as it is loaded.
from .services import named_contract  # isort: skip
from . import models, report, wizards
from .hooks import uninstall_hook
