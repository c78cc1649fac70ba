"""Sends through every stand-in, as TinDan would, for tests of what is done with it."""

import time

import aiosmtplib
import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Providers:
    """A client of every provider at once."""

    def __init__(self, http: httpx.AsyncClient, smtp: tuple[str, int]) -> None:
        self._http = http
        self._smtp = smtp

    async def _accounts(self):
        return (await self._http.get("/sandbox/accounts.json")).json()

    async def mail(self, to, subject, text):
        message = f"From: TinDan <tin@example.vn>\r\nSubject: {subject}\r\n"
        message += f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        host, port = self._smtp
        async with aiosmtplib.SMTP(hostname=host, port=port, start_tls=False) as client:
            await client.sendmail("tin@example.vn", [to], message.encode(), mail_options=["SMTPUTF8"])

    async def sms(self, to, body):
        twilio = (await self._accounts())["twilio"]
        answer = await self._http.post(
            f"/twilio/2010-04-01/Accounts/{twilio['account_sid']}/Messages.json",
            auth=(twilio["account_sid"], twilio["auth_token"]),
            data={"To": to, "From": "TinDan", "Body": body},
        )
        assert answer.status_code == 201, answer.text

    async def zalo(self, phone, category, **data):
        zalo = (await self._accounts())["zalo"]
        form = {
            "app_id": zalo["app_id"],
            "grant_type": "refresh_token",
            "refresh_token": zalo["refresh_token"],
        }
        tokens = await self._http.post(
            "/zalo-oauth/v4/oa/access_token", data=form, headers={"secret_key": zalo["secret_key"]}
        )
        answer = await self._http.post(
            "/zalo/message/template",
            headers={"access_token": tokens.json()["access_token"]},
            json={"phone": phone, "template_id": zalo["templates"][category], "template_data": data},
        )
        assert answer.json()["error"] == 0, answer.text

    async def push(self, title, body, *, data=None, **target):
        message = {"notification": {"title": title, "body": body}, "data": data or {}} | target
        answer = await self._http.post(
            "/fcm/v1/projects/p/messages:send", headers=await self.google(), json={"message": message}
        )
        assert answer.status_code == 200, answer.text

    async def google(self):
        """Return the headers of somebody who has the service account."""
        account = (await self._http.get("/sandbox/service-account.json")).json()
        now = int(time.time())
        claims = {
            "iss": account["client_email"],
            "aud": account["token_uri"],
            "iat": now,
            "exp": now + 60,
        }
        key = RSAKey.import_key(account["private_key"])
        form = {"grant_type": JWT_BEARER, "assertion": jwt.encode({"alg": "RS256"}, claims, key)}
        tokens = await self._http.post("/google/token", data=form)
        return {"Authorization": f"Bearer {tokens.json()['access_token']}"}
