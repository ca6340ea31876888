"""What one person writes runs in nobody's browser: through every field, live and at first load, and shown as typed."""

import pytest
from playwright.sync_api import Page, expect

from chat.models import Channel
from projects.models import Invitation
from tasks.models import Comment, Label, Task
from tests.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Each short enough for a name, so that every field can hold every one of them.
CORPUS = [
    "<script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    "<svg onload=window.hacked=1><animate onbegin=window.hacked=1>",
    "</script><script>window.hacked=1</script>",
    "</template><img src=x onerror=window.hacked=1>",
    "'\" autofocus onfocus=window.hacked=1 x='",
    "<iframe srcdoc='<script>parent.hacked=1</script>'>",
    "{{ hacked }} ${window.hacked=1} <%= 1 %> %(name)s {0}",
    "<a href=javascript:window.hacked=1>x</a>",
    "<style>@import 'https://evil.example'</style>",
    "<!--><img src=x onerror=window.hacked=1>-->",
    "<math><mi xlink:href=javascript:window.hacked=1>",
]
MARKDOWN = [
    "[x](javascript:window.hacked=1) &lt;img src=x onerror=window.hacked=1&gt;",
    "[x](JaVaScRiPt&#58;window.hacked=1) [y](data:text/html,<script>window.hacked=1</script>)",
    "![x](https://evil.example/a.png) ![y](x\"onerror=\"window.hacked=1)",
    "<javascript:window.hacked=1> <https://a.example/\"onmouseover=\"window.hacked=1>",
    "```<img src=x onerror=window.hacked=1>\n<script>window.hacked=1</script>\n```",
    "```js\" onmouseover=\"window.hacked=1\n1\n```",
    "@ana\"onmouseover=window.hacked=1 WEB-1<script>window.hacked=1</script>",
    "https://evil.example/<script>window.hacked=1</script>?'\"onclick=window.hacked=1",
    "| a |\n|---|\n| <img src=x onerror=window.hacked=1> |",
]  # fmt: skip
# Elements and attributes that none of our own pages has.
PLANTED = """() => [...document.querySelectorAll('*')].filter((element) =>
    ['IFRAME', 'OBJECT', 'EMBED', 'MATH', 'ANIMATE', 'BASE', 'STYLE'].includes(element.tagName)
    || (element.tagName === 'SCRIPT' && !element.src && element.type !== 'application/json')
    || (element.tagName === 'IMG' && !element.src.startsWith(location.origin))
    || [...element.attributes].some(({ name, value }) => /^on/i.test(name)
        || (/^(href|src|action|formaction|xlink:href|srcdoc)$/i.test(name) && /^\\s*(javascript|data):/i.test(value)))
).map((element) => element.outerHTML.slice(0, 200))"""


def live(page: Page) -> Page:
    expect(page.locator("html")).to_have_attribute("data-connection", "live")
    return page


def harmless(page: Page) -> None:
    assert page.evaluate("window.hacked") is None, page.url
    assert page.evaluate(PLANTED) == [], page.url


def write_everywhere(project, ana, ben) -> Task:
    """Every text of the corpus into every field that takes one; the last into what there is only one of."""
    for text in CORPUS:
        ben.change(name=text, by=ben)
        project.change(name=text, description=text, by=ana)
        project.columns.model.objects.add_to(project, text, by=ana)
        label = Label.objects.add_to(project, text, by=ana)
        task, _ = Task.objects.add_to(
            project, text, description=text, labels=[label.pk], assignees=[ben.pk], by=ben
        )
        channel = Channel.open(project, text, topic=text, guests=True, by=ana)
        channel.open_room(text, by=ana)
        project.rooms.order_by("pk").first().post(text, by=ben)
    for text in CORPUS + MARKDOWN:
        Comment.objects.add_to(task, text, by=ben)
    for text in MARKDOWN:
        project.rooms.order_by("pk").first().post(text, by=ben)
    task.change(description="\n\n".join(CORPUS + MARKDOWN), by=ben)
    return task


def seen(page: Page, last: str) -> None:
    """The board and the room of a page with all of it: as it was typed, and nothing more."""
    messages = page.locator("chat-message .message-body")
    expect(messages).to_have_count(len(CORPUS + MARKDOWN))
    eventually(lambda: messages.all_inner_texts()[: len(CORPUS)] == CORPUS)
    titles = page.locator("task-card .task-card-title")
    expect(titles).to_have_count(len(CORPUS))
    eventually(lambda: titles.all_inner_texts() == CORPUS)
    rail = page.locator("project-rail")
    eventually(lambda: all(text in words for words in [rail.text_content()] for text in CORPUS))
    for name in ("[data-project-name]", ".message-author", "task-card [data-part=labels]"):
        expect(page.locator(name, has_text=last).first).to_be_attached()
    for where in page.locator("chat-message a, task-panel a").all():
        assert not (where.get_attribute("href") or "").lower().startswith(("javascript", "data"))
    harmless(page)


def test_what_one_writes_runs_in_nobody_elses_browser(open_as, project, ana, ben, gus):
    watching = live(open_as(gus, f"/projects/{project.pk}/"))
    room = project.rooms.get()
    task = write_everywhere(project, ana, ben)
    first = f"/projects/{project.pk}/tasks/{task.number}/"
    later = live(open_as(gus, f"/projects/{project.pk}/rooms/{room.pk}/"))
    for page in (watching, later):
        seen(page, CORPUS[-1])
    watching.goto(first)
    expect(watching.locator("task-panel li.comment")).to_have_count(len(CORPUS + MARKDOWN))
    harmless(watching)
    _, token = Invitation.issue(project, role="guest", by=ana)
    places = ["/", f"/projects/{project.pk}/members/", f"/projects/{project.pk}/settings/", f"/invitations/{token}/",
              f"/projects/{project.pk}/members/{ben.pk}/remove/", f"/projects/{project.pk}/leave/"]  # fmt: skip
    page = open_as(ana)
    for place in places:
        page.goto(place)
        expect(page.locator("body")).to_contain_text(CORPUS[-1])
        harmless(page)
    page = open_as(ben, "/profile/")
    assert page.locator("input[name=name]").input_value() == CORPUS[-1]
    harmless(page)


@pytest.mark.parametrize(
    "deed",
    [
        "document.body.append(Object.assign(new Image(), { src: 'https://evil.example/x.png' }))",
        "document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.hacked = 1' }))",
        "document.body.insertAdjacentHTML('beforeend', '<b style=\"color: red\" onclick=\"1\">x</b>')",
        "fetch('https://evil.example/').catch(() => {})",
        "document.body.append(Object.assign(document.createElement('iframe'), { src: '/profile/' }))",
    ],
)  # fmt: skip
def test_what_the_policy_forbids_fails_a_test(open_as, project, ana, complaints, deed):
    """The proof that a violation anywhere in these tests would be noticed."""
    page = live(open_as(ana, f"/projects/{project.pk}/"))
    assert complaints == []
    page.evaluate(f"() => {{ {deed} }}")
    for _ in range(100):  # Playwright hears of it only while it is asked something
        if complaints:
            break
        page.wait_for_timeout(20)
    assert any("Content Security Policy" in each for each in complaints), complaints
    assert page.evaluate("window.hacked") is None
    complaints.clear()
