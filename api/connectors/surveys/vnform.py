"""VNForm, as far as its account's dialect describes it."""

from urllib.parse import quote

from api.connectors.surveys.client import Client
from api.connectors.surveys.links import VnformLinks
from api.connectors.surveys.port import AnswersPage, OutgoingSurvey, PlatformRefused, Prefilled
from api.connectors.surveys.reading import LONGEST_ID, is_name, read_page
from api.connectors.surveys.settings import VnformAccount
from api.connectors.surveys.writing import write_form

PAGE = 100


class Vnform:
    """The platform. It learns what is asked and answered, and not who answers: see `links`.

    Args:
        account: ours.
        client: asks it; made from the account where none is given.
    """

    def __init__(self, account: VnformAccount, client: Client | None = None) -> None:
        self._dialect, self._links = account.dialect, VnformLinks(account)
        self._client = client or Client(account.url, account.key)

    async def publish(self, survey: OutgoingSurvey) -> str:
        """Put the form under our code for it. Raises PlatformError."""
        path = self._dialect.paths.form.format(code=quote(survey.code, safe=""))
        answered = await self._client.put(path, write_form(survey, self._dialect))
        external_id = answered.get(self._dialect.form.form_id)
        if not is_name(external_id, LONGEST_ID):
            raise PlatformRefused("an answer that names no form")
        return str(external_id)

    def link(self, external_id: str, prefilled: Prefilled | None, *, locale: str) -> str:
        """Return the address of the form's page."""
        return self._links.link(external_id, prefilled, locale=locale)

    async def answers(self, external_id: str, cursor: str | None) -> AnswersPage:
        """Read a page. Raises PlatformError."""
        path = self._dialect.paths.answers.format(form_id=quote(external_id, safe=""))
        query = {"limit": str(PAGE), **({} if cursor is None else {"after": cursor})}
        return read_page(await self._client.get(path, query), self._dialect)

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.close()
