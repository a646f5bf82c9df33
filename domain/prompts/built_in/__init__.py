"""The prompts that ship, in the order in which they are listed."""

from ..prompt import Prompt
from .argocd import ARGOCD
from .changing import CHANGING
from .helm import HELM
from .looking import LOOKING
from .mesh import MESH
from .security import SECURITY

BUILT_IN: tuple[Prompt, ...] = (*LOOKING, *CHANGING, SECURITY, *HELM, MESH, ARGOCD)
