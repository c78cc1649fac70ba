"""Which figures there are, what each is compared with, and what measures it."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from infra.bench import (
    backfill,
    batch_push,
    history_claims,
    latency,
    noop_delivery,
    overtaking,
    real_send,
    reconciling,
    resend,
    search,
    single_push,
    snapshot_claims,
    stamping,
    workers,
)
from infra.bench.figures import Figure
from infra.bench.place import Bench

Measure = Callable[[Bench], Iterator[Figure]]


@dataclass(frozen=True, slots=True)
class Entry:
    """A figure: what measures it (maybe several at once), and a line on it and its limit."""

    measure: Measure
    help: str


ENTRIES = {
    "batch_push": Entry(
        batch_push.measure,
        "batches of 1,000 first events, one after another / bare SQL of the very same rows: at least 0.5",
    ),
    "batch_push_following": Entry(
        batch_push.measure,
        "batches of 1,000 following events / bare SQL of the very same rows: at least 0.5",
    ),
    "single_push": Entry(
        single_push.measure,
        f"events one by one over {single_push.CONNECTIONS} connections of one agency / "
        "a bare FastAPI handler with the same token check, validation and encryption, and one INSERT: "
        "at least 0.7",
    ),
    "noop_delivery": Entry(
        noop_delivery.measure,
        "pushes through a channel that does nothing, in one worker process / a bare loop of claim and "
        "complete in SQL: at least 0.6",
    ),
    "noop_delivery_vs_pgqueuer": Entry(
        noop_delivery.measure,
        "the same / PgQueuer draining jobs that do nothing, in batches: at least 2",
    ),
    "noop_delivery_vs_procrastinate": Entry(
        noop_delivery.measure,
        "the same / Procrastinate draining jobs that do nothing, several at once: at least 20",
    ),
    "history_claims": Entry(
        history_claims.measure,
        f"what such a send costs with {history_claims.MANY:,} finished ones in the history / with "
        f"{history_claims.FEW:,}: at most 1.2",
    ),
    "snapshot_claims": Entry(
        snapshot_claims.measure,
        "such sends while another session holds a snapshot, so that nothing can be cleared away / while "
        "none does: at least 0.8",
    ),
    "workers": Entry(
        workers.measure,
        "such sends by two worker processes / by one (peer: by four), each sent once: at least 1, as all and "
        "PostgreSQL share the cores",
    ),
    "real_send_email": Entry(
        real_send.measure,
        "mails from claim to record, to the sandbox / aiosmtplib alone, same mails and connections: "
        "at least 0.8",
    ),
    "real_send_push": Entry(
        real_send.measure,
        "pushes from claim to record, to the sandbox / firebase-admin alone, same messages: at least 0.8",
    ),
    "otp_latency": Entry(
        overtaking.measure,
        "longest ms from a one-time code's transaction to its mail's arrival, beside 1,000,000 bulk mails, "
        "and 200,000 notices to be planned, that wait / 1,000 ms: below 1",
    ),
    "fair_latency": Entry(
        overtaking.measure,
        "the same of an agency's notice, beside 100,000 mails, and 200,000 notices to be planned, of another "
        "agency in the same lane: below 1",
    ),
    "resend": Entry(
        resend.measure,
        "seconds from the SIGKILL of a worker amid a send to the same mail by the next one / 30: below 1",
    ),
    "commit_to_provider_p50": Entry(
        latency.measure,
        "median ms from the answer to an event to its mail's arrival, all processes running at half of the "
        "load that they sustain / 50 ms (limit: that time; ratio: ours to it; reached: below 1)",
    ),
    "commit_to_provider_p99": Entry(latency.measure, "the same, 99th percentile / 1,000 ms: below 1"),
    "search": Entry(
        search.measure,
        "questions to the catalogue over HTTP, none answered from a cache / the same application, with the "
        "same parameters and limit of addresses, answering a constant of that size: at least 0.2 (peers: a "
        "constant without those; median ms of a question within the process; seconds to make an index)",
    ),
    "search_p99": Entry(
        search.measure, "99th percentile ms of such a question at half of that rate / 20 ms: below 1"
    ),
    "backfill": Entry(
        backfill.measure,
        "dossiers of a portal filled in, with five events each / COPY of the very same rows and their merge: "
        f"at least 0.5 ({backfill.SIZE} sets how many in a turn)",
    ),
    "backfill_memory": Entry(
        backfill.measure,
        f"most MB that the processes of it had / {backfill.MOST_MB}: below 1",
    ),
    "reconciliation": Entry(
        reconciling.measure,
        f"a comparison of {2 * reconciling.CHANGED} changed dossiers beside 1,000,000 agreeing ones / beside "
        f"{reconciling.FEW:,}: below {reconciling.TARGET} ({reconciling.SIZE} sets how many agree)",
    ),
    "stamping": Entry(
        stamping.measure,
        "papers sealed and stamped in one process / bare pyHanko with its own QR stamp at a fixed place, "
        "signed alike: at least 0.7 (peers: both with a scan that fills its page)",
    ),
}


def chosen(names: Collection[str]) -> list[Measure]:
    """Return what measures these figures, each once."""
    return list(dict.fromkeys(entry.measure for name, entry in ENTRIES.items() if name in names))
