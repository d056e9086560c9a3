"""The published site: whole, or as it was."""

import pytest

from pipelines.settings import Project, Settings
from pipelines.storage.errors import PublicationError
from pipelines.storage.site import replace_site, shown_publication


@pytest.fixture
def project(tmp_path):
    (tmp_path / "var").mkdir()
    return Project(tmp_path, Settings())


def page(text):
    return lambda folder, _: (folder / "index.html").write_text(text)


def test_a_site_replaces_the_one_before(project):
    assert shown_publication(project) is None
    replace_site(project, 1, page("one"))
    replace_site(project, 2, page("two"))
    assert shown_publication(project) == 2
    assert (project.reports / "index.html").read_text() == "two"
    assert [p.name for p in project.var.iterdir()] == ["site-2.1"]


def test_the_present_site_can_be_read_while_the_next_is_built(project):
    def of_both(folder, earlier):
        before = (earlier / "index.html").read_text() if earlier else "none"
        return (folder / "index.html").write_text(f"after {before}")

    replace_site(project, 1, of_both)
    replace_site(project, 2, of_both)
    assert (project.reports / "index.html").read_text() == "after after none"


def test_the_same_publication_can_be_shown_anew(project):
    replace_site(project, 1, page("one"))
    replace_site(project, 1, page("one again"))
    assert shown_publication(project) == 1
    assert (project.reports / "index.html").read_text() == "one again"


def test_a_build_that_fails_leaves_the_present_site(project):
    replace_site(project, 1, page("one"))

    def fail(folder, _):
        (folder / "index.html").write_text("half")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        replace_site(project, 2, fail)
    assert shown_publication(project) == 1
    assert (project.reports / "index.html").read_text() == "one"
    replace_site(project, 2, page("two"))
    assert (project.reports / "index.html").read_text() == "two"


def test_a_folder_of_somebody_is_left_alone(project):
    project.reports.mkdir()
    (project.reports / "mine.txt").write_text("mine")
    with pytest.raises(PublicationError, match="Move it"):
        replace_site(project, 1, page("one"))
    assert (project.reports / "mine.txt").exists()
