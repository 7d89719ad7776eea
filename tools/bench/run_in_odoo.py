# Read by Odoo's shell, which gives `env`.
# ruff: noqa: F821
from tools.bench import measure

measure.main(env)
