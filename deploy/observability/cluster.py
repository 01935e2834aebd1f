"""Where Prometheus finds the numbers in a cluster: pods of the chart, each under the name of its process."""

from typing import Any, Final

from deploy.observability.alerts import PROCESSES

POD: Final = "__meta_kubernetes_pod_"
SCRAPED: Final = f"{POD}annotation_prometheus_io_"
NAMED: Final = f"{POD}label_app_kubernetes_io_"

Rule = dict[str, Any]


def in_cluster() -> dict[str, Any]:
    """The settings, or a part of somebody's own: alerts and dashboard count on a job being a process."""
    return {
        "global": {"scrape_interval": "10s"},
        "rule_files": ["alerts.yml"],
        "scrape_configs": [
            {
                "job_name": "noaber",
                "kubernetes_sd_configs": [{"role": "pod"}],
                "relabel_configs": [
                    _keep(f"{NAMED}name", "noaber"),
                    _keep(f"{NAMED}component", "|".join(PROCESSES)),
                    *_ASKED,
                    _copy(f"{NAMED}component", "job"),
                ],
            },
            {
                # Its own age of backups: of which no process of ours knows.
                "job_name": "noaber-postgres",
                "kubernetes_sd_configs": [{"role": "pod"}],
                "relabel_configs": [_keep(f"{POD}label_cnpg_io_cluster", ".+-postgres"), *_ASKED],
            },
        ],
    }


def _keep(source: str, pattern: str) -> Rule:
    return {"action": "keep", "source_labels": [source], "regex": pattern}


def _copy(source: str, target: str) -> Rule:
    return {"action": "replace", "source_labels": [source], "target_label": target}


_ASKED: Final = (
    _keep(f"{SCRAPED}scrape", "true"),
    # A pod is found once for each port of it.
    {
        "action": "keepequal",
        "source_labels": [f"{SCRAPED}port"],
        "target_label": f"{POD}container_port_number",
    },
    _copy(f"{SCRAPED}path", "__metrics_path__"),
    _copy("__meta_kubernetes_namespace", "namespace"),
    _copy(f"{POD}name", "pod"),
)
