"""When somebody is woken or told, and in words that are still understood at three in the morning."""

from dataclasses import dataclass
from typing import Final

from deploy.stack import SERVICES
from services.runtime.consume import Needs
from services.runtime.metrics import (
    COMMAND_SECONDS,
    DEAD_LETTERS,
    HEALTHY,
    LAG,
    LAST_BACKUP,
    ORDERS,
    RELAY_ACTIVE,
    RELAY_OLDEST,
    REQUESTS,
    STANDING,
    UNSEALED,
)

WAKE: Final = "wake"
TELL: Final = "tell"
"""Wake somebody now, or tell them in the morning."""

STORED: Final = "barman_cloud_cloudnative_pg_io_last_available_backup_timestamp"
"""When CloudNativePG's plugin last finished a backup, 0: never; told by Postgres' own pods in a cluster."""

PROCESSES: Final = tuple(service.name for service in SERVICES)
"""The jobs: prometheus.yml and prometheus.cluster.yml name them alike."""

A_DAY: Final = 27 * 60
"""Minutes: a clock that begins at 1970 has to run for longer than a day before a backup is too old."""


@dataclass(frozen=True)
class Alert:
    """`expression` holds for so many `minutes`. `example`: series, a value a minute, that raise it.

    `labels`: what the raised one is labelled with beside its severity. `quiet`: series that must not raise
    it. Both are judged after `after` minutes.
    """

    name: str
    expression: str
    minutes: int
    severity: str
    means: str
    act: str
    example: dict[str, str]
    labels: dict[str, str]
    quiet: tuple[dict[str, str], ...] = ()
    after: int = 12


ALERTS: Final = (
    Alert(
        "ProcessGone",
        f'up{{job=~"{"|".join(PROCESSES)}"}} == 0',
        2,
        WAKE,
        "A process does not answer. What it does, nobody does now; the others go on.",
        "Run: noaber status. It restarts by itself; where it says failing, the end of its log says why.",
        {'up{job="aid"}': "0x10"},
        {"job": "aid"},
        ({'up{job="somebody-else"}': "0x10"},),
    ),
    Alert(
        "ProcessMissing",
        " or ".join(f'absent(up{{job="{name}"}})' for name in PROCESSES),
        5,
        WAKE,
        "Of a process nothing runs at all, in a cluster not even a pod. What it does, nobody does now.",
        "In a cluster: kubectl get pods,events. Of all at once: it is Prometheus that finds no pods.",
        {f'up{{job="{name}"}}': "1x12" for name in PROCESSES if name != "aid-relay"},
        {"job": "aid-relay"},
        ({f'up{{job="{name}"}}': "1x12" for name in PROCESSES},),
    ),
    Alert(
        "ProcessUnwell",
        f"{HEALTHY.name} == 0",
        2,
        WAKE,
        "A process runs and makes no progress. It says itself why.",
        "Run: noaber status. The last column is the reason. Kafka or Postgres away: mend those first.",
        {f'{HEALTHY.name}{{job="live"}}': "0x10"},
        {"job": "live"},
    ),
    Alert(
        "NobodyHears",
        f"{RELAY_OLDEST.name} > 30",
        1,
        WAKE,
        "What was decided does not reach Kafka. Nothing is lost, claims still count, and no page shows them.",
        "See whether Kafka is up and its disk not full. The relay goes on by itself once Kafka answers.",
        {f'{RELAY_OLDEST.name}{{job="aid-relay"}}': "60x10"},
        {"job": "aid-relay"},
    ),
    Alert(
        "NoRelay",
        f"sum by (job) ({RELAY_ACTIVE.name}) == 0",
        2,
        WAKE,
        "No relay of this owner is active, so nothing it decides leaves it.",
        "Run: noaber status. If the database was restarted, wait ten seconds; else look at the relay's log.",
        {f'{RELAY_ACTIVE.name}{{job="directory-relay"}}': "0x10"},
        {"job": "directory-relay"},
    ),
    Alert(
        "ReaderBehind",
        f"sum by (job, topic) ({LAG.name}) > 1000",
        5,
        WAKE,
        "A process is far behind what was said: pages, suggestions or calls are old.",
        "See what the machine is busy with. Where noaber status speaks of an upgrade, install it.",
        {f'{LAG.name}{{job="matching",topic="help-requests"}}': "5000x10"},
        {"job": "matching", "topic": "help-requests"},
    ),
    Alert(
        "DeadLetters",
        f"sum by (job, topic) (increase({DEAD_LETTERS.name}[15m])) > 0",
        0,
        TELL,
        "A record could not be read and was put aside. Everything else goes on.",
        "Run: noaber operate. It shows where the record stood and why; skip or replay it there.",
        {f'{DEAD_LETTERS.name}{{job="aid",topic="suggestions"}}': "0 0 0 1x20"},
        {"job": "aid", "topic": "suggestions"},
    ),
    Alert(
        "ReaderHalted",
        f'sum by (job, topic) ({STANDING.name}{{what="{Needs.HALTED}"}}) > 0',
        1,
        WAKE,
        "Record after record of a topic could not be read, so a process stopped there.",
        "Run: noaber operate. Look at the dead letters; Resume goes on and puts further ones aside too.",
        {f'{STANDING.name}{{job="aid",topic="suggestions",what="halted"}}': "1x20"},
        {"job": "aid", "topic": "suggestions"},
        ({f'{STANDING.name}{{job="aid",topic="suggestions",what="upgrade"}}': "1x20"},),
    ),
    Alert(
        "ReaderTooOld",
        f'sum by (job, topic) ({STANDING.name}{{what="{Needs.UPGRADE}"}}) > 0',
        1,
        WAKE,
        "A newer release wrote what this process does not know. It waits there; nothing is lost.",
        "Install that release on this process (deploy/UPGRADING.md: readers first). It cannot be skipped.",
        {f'{STANDING.name}{{job="live",topic="duty",what="upgrade"}}': "1x20"},
        {"job": "live", "topic": "duty"},
        ({f'{STANDING.name}{{job="live",topic="duty",what="halted"}}': "1x20"},),
    ),
    Alert(
        "CommandsFail",
        f'sum by (job) (rate({REQUESTS.name}{{outcome="failed"}}[5m])) > 0.1',
        3,
        WAKE,
        "People get an error instead of an answer. Their pages keep what they typed and try again.",
        "Look at the ERROR lines of that process's log. See whether Postgres is up and its disk not full.",
        {f'{REQUESTS.name}{{job="aid",route="POST /api/aid/requests",outcome="failed"}}': "0+60x20"},
        {"job": "aid"},
    ),
    Alert(
        "CommandsSlow",
        f"histogram_quantile(0.99, sum by (job, le) (rate({COMMAND_SECONDS.name}_bucket[5m]))) > 1",
        5,
        TELL,
        "One in a hundred taps takes longer than a second.",
        "See what else the machine is busy with, and whether Postgres's disk is slow.",
        {
            f'{COMMAND_SECONDS.name}_bucket{{job="aid",le="1.0"}}': "0+1x20",
            f'{COMMAND_SECONDS.name}_bucket{{job="aid",le="2.5"}}': "0+100x20",
            f'{COMMAND_SECONDS.name}_bucket{{job="aid",le="+Inf"}}': "0+100x20",
        },
        {"job": "aid"},
    ),
    Alert(
        "TelephoneSilent",
        f'sum by (what) (increase({ORDERS.name}{{outcome!="taken"}}[10m])) > 3',
        0,
        WAKE,
        "The telephone provider does not take calls or texts: whoever sleeps is not woken.",
        "Wake people by hand from the lists. Then look at the provider's own page and our account there.",
        {f'{ORDERS.name}{{what="calls",outcome="unreachable"}}': "0+2x20"},
        {"what": "calls"},
    ),
    Alert(
        "BackupOld",
        f"time() - max({LAST_BACKUP.name}) > 26 * 3600",
        0,
        TELL,
        "The last backup is older than a day, or none was ever made.",
        "Run: noaber backup DIR --keys FILE. Then see why its timer did not.",
        {f'{LAST_BACKUP.name}{{job="aid-relay"}}': "0x2000"},
        {},
        (
            {f'{LAST_BACKUP.name}{{job="aid-relay"}}': "90000x2000"},
            # In containers and in a cluster no process of ours sees a backup, nor says that there is none.
            {
                f'{RELAY_ACTIVE.name}{{job="aid-relay"}}': "1x2000",
                f'{STORED}{{pod="postgres-1"}}': "90000x2000",
            },
        ),
        A_DAY,
    ),
    Alert(
        "ClusterBackupOld",
        f"time() - max({STORED}) > 26 * 3600",
        0,
        TELL,
        "CloudNativePG's last backup is older than a day, or none was ever made.",
        "See: kubectl get backups,scheduledbackups; and whether the store of objects takes what it is sent.",
        {f'{STORED}{{pod="postgres-1"}}': "0x2000", f'{STORED}{{pod="postgres-2"}}': "3000x2000"},
        {},
        (
            {f'{STORED}{{pod="postgres-1"}}': "0x2000", f'{STORED}{{pod="postgres-2"}}': "90000x2000"},
            {f'{LAST_BACKUP.name}{{job="aid-relay"}}': "90000x2000"},
        ),
        A_DAY,
    ),
    Alert(
        "Unsealed",
        f"min_over_time({UNSEALED.name}[5m]) > 0",
        5,
        TELL,
        "What was published is not sealed: a change behind our back would show later than it should.",
        "Run: noaber verify. Then look at the log of that relay.",
        {f'{UNSEALED.name}{{job="aid-relay"}}': "3x20"},
        {"job": "aid-relay"},
    ),
)
