"""The contract: what everything is called on the wire, read once from an OpenAPI file.

It alone knows paths, parameters, headers, keys and words of statuses. The file beside this module
is used, or the one that `CAMPAIGN_MASTER_CONTRACT` in the environment names, or what `use` is
given. `campaign-master-api.yaml` says itself what `x-means` and its like are.
"""

from __future__ import annotations

import os
from pathlib import Path

from .contract_check import read_contract
from .contract_file import ContractError, ContractFile
from .contract_parts import Contract, Key, Operation, Parameter, Shape, TokenHeader

__all__ = [
    "DEFAULT_PATH",
    "Contract",
    "ContractError",
    "Key",
    "Operation",
    "Parameter",
    "Shape",
    "TokenHeader",
    "current",
    "load",
    "use",
]

ENVIRONMENT_VARIABLE = "CAMPAIGN_MASTER_CONTRACT"
DEFAULT_PATH = Path(__file__).with_name("campaign-master-api.yaml")


def load(path: str | Path) -> Contract:
    """The contract in this file; raises ContractError with file, line and what is wrong."""
    return read_contract(ContractFile(Path(path)))


def current() -> Contract:
    """The contract that clients use which aren't given another one."""
    return _current[-1]


def use(path: str | Path) -> Contract:
    """Let clients that are made from now on use the contract in this file; raises ContractError."""
    if Path(path) != _current[-1].path:
        _current[:] = [load(path)]
    return _current[-1]


_current = [load(os.environ.get(ENVIRONMENT_VARIABLE) or DEFAULT_PATH)]
