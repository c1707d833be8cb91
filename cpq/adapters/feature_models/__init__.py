"""Other people's feature models as problems for the solver (特征模型导入).

``read_dimacs`` and ``read_uvl`` read a file into a ``FeatureModel``: the problem, the name of each
variable, and by name whatever of the file the problem does not say.
"""

from cpq.adapters.feature_models.dimacs import read_dimacs
from cpq.adapters.feature_models.model import Attribute, FeatureModel, LeftOut
from cpq.adapters.feature_models.uvl import read_uvl

__all__ = ["Attribute", "FeatureModel", "LeftOut", "read_dimacs", "read_uvl"]
