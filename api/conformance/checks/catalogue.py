"""All checks, in the order of the report."""

from api.conformance.checks import answers, hygiene, identity, repeating, results, standing

CHECKS = (
    *results.CHECKS,
    *identity.CHECKS,
    *repeating.CHECKS,
    *answers.CHECKS,
    *standing.CHECKS,
    *hygiene.CHECKS,
)
BY_ID = {check.id: check for check in CHECKS}
