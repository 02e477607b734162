"""What every technology behind a contract must do, as tests: one suite, for ours and for yours.

A suite is a class of tests for pytest. Inherit it, give it what is to be tested as the fixture that
it names, and run it::

    class TestMyVault(VaultContract):
        @pytest.fixture
        def vault(self, keys):
            return MyVault(keys)

In a `conftest.py`, ``pytest.register_assert_rewrite("scrubjay.testing.contracts")`` makes its
failures tell more. The suites need pytest; nothing else of Scrubjay does.
"""
