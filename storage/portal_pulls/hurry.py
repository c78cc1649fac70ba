"""Commits that are not waited for."""

from storage.unit_of_work import UnitOfWork


async def do_not_wait(uow: UnitOfWork) -> None:
    """Let this transaction commit without waiting for the disk.

    Only for what can be read again. After a crash of the database the last commits may be missing, but never
    one without all after it: so where to go on is never ahead of what was kept.
    """
    await (await uow.driver()).execute("SELECT set_config('synchronous_commit', 'off', true)")
