"""Work for another process: it tells how it is run, or fails in the way that it is asked to."""

import os
import signal
import sys

from storage.beside import Task, do

SECRET = "Nguyễn Thị An"


def work(task: Task) -> dict[str, object]:
    """Do what is asked."""
    if task.asked == "fail":
        raise LookupError(SECRET)
    if task.asked == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    driver = task.runner.run(task.reading.driver())
    cursor = task.runner.run(driver.execute("SELECT current_database()"))
    return {
        "asked": task.asked,
        "leads_its_session": os.getsid(0) == os.getpid(),
        "nice": os.nice(0),
        "database": task.runner.run(cursor.fetchone())[0],
        "arguments": " ".join(sys.orig_argv),
    }


if __name__ == "__main__":
    do(work)
