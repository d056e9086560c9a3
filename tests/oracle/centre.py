"""All of the oracle together: files and configuration in, every record out."""

from dataclasses import dataclass

from tests.oracle.config import Config
from tests.oracle.contacts import Contact, Refusal, find_contacts
from tests.oracle.legs import Offer, Segment, offers_of, queue_segments
from tests.oracle.names import Names
from tests.oracle.parsing import Logs, read_logs
from tests.oracle.visits import Anomaly, Visit, find_visits, tell


@dataclass
class Centre:
    """What one source's files say."""

    config: Config
    logs: Logs
    names: Names
    visits: list[Visit]
    anomalies: list[Anomaly]
    offers: list[Offer]
    segments: list[Segment]
    contacts: dict[str, Contact]

    @property
    def refusals(self) -> list[Refusal]:
        """Refusals of all contacts."""
        return [refusal for contact in self.contacts.values() for refusal in contact.refusals]


def read_centre(
    queue_logs: list[bytes], cdr_files: list[bytes] | None = None, config: Config | None = None
) -> Centre:
    """Work out one source's files."""
    config = config or Config()
    logs = read_logs(queue_logs, cdr_files or [], config)
    names = Names(logs, config)
    story = find_visits(logs)
    tell(story, logs, names, config)
    offers = [offer for visit in story.visits for offer in offers_of(visit, names, config)]
    contacts = find_contacts(logs, story.visits, queue_segments(story.visits, logs, names), names)
    segments = [segment for contact in contacts.values() for segment in contact.segments]
    return Centre(config, logs, names, story.visits, story.anomalies, offers, segments, contacts)
