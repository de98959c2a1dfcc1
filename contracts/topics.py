"""Every topic, its owner and how it is kept; the number of partitions never changes."""

from dataclasses import dataclass

from kernel.core.bus import TopicSettings


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic and the one service that publishes on it."""

    owner: str
    settings: TopicSettings


_FACTS = TopicSettings(partitions=6, retention_days=14)
_STATE = TopicSettings(partitions=3, is_compacted=True)

TOPICS = {
    "procedure": Topic("catalog", _STATE),
    "process": Topic("catalog", _STATE),
    "agency": Topic("catalog", _STATE),
    "staff": Topic("catalog", _STATE),
    "one_stop_point": Topic("catalog", _STATE),
    "calendar": Topic("catalog", _STATE),
    "catalog_reminder": Topic("catalog", _FACTS),
    "interlinked_group": Topic("catalog", _STATE),
    "form": Topic("catalog", _STATE),
    "subscription": Topic("catalog", _FACTS),
    "dossier": Topic("dossier", _FACTS),
    "draft": Topic("dossier", _FACTS),
    "payment": Topic("dossier", _FACTS),
    "deadline_warning": Topic("dossier", _FACTS),
    "appointment": Topic("dossier", _FACTS),
    "post_item": Topic("dossier", _FACTS),
    "inspection_reminder": Topic("dossier", _FACTS),
    "mirrored_dossier": Topic("dossier", _FACTS),
    "interlinked_dossier": Topic("dossier", _FACTS),
    "message": Topic("notify", _FACTS),
    "invitation": Topic("survey", _FACTS),
    "survey_response": Topic("survey", _FACTS),
    "petition": Topic("survey", _FACTS),
    "portal_sync": Topic("gateway", _FACTS),
    "exchanged_document": Topic("gateway", _FACTS),
}


def topics_for(service: str, *reads: str) -> dict[str, TopicSettings]:
    """Return the topics a service publishes on and those it reads, for `Service.topics`."""
    own = {name for name, topic in TOPICS.items() if topic.owner == service}
    return {name: TOPICS[name].settings for name in sorted(own | set(reads))}
