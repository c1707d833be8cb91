"""What a host's own parts must keep, as tests to run on them (契约测试).

A host that reckons tax with an engine of its own shows that it holds with a few lines of pytest::

    class TestOurEngine(TaxEngineContract):
        codes = ("GOODS", "BOOKS")

        @pytest.fixture
        def engine(self):
            return OurEngine(...)

``SignatureContract`` does the same for a signature provider; ``KeyedSignatures`` is a simple one.
"""

from cpq.testing.signature import KeyedSignatures, SignatureContract
from cpq.testing.tax_engine import TaxEngineContract

__all__ = ["KeyedSignatures", "SignatureContract", "TaxEngineContract"]
