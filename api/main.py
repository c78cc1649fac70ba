"""Puts the web process together."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from starlette.types import Lifespan

from api import edge, openapi, problems, server
from api.agency_dossiers.arrangement_router import router as agency_arrangements
from api.agency_dossiers.router import router as agency_dossiers
from api.agency_events.router import router as agency_events
from api.agency_files.router import router as agency_files
from api.agency_sync.router import router as agency_sync
from api.complaints.public_router import router as published_complaints
from api.complaints.router import router as complaints
from api.connectors.surveys.leading import leads
from api.connectors.surveys.settings import VnformSettings
from api.consents.router import router as consents
from api.console import faults
from api.console.paths import HOME as CONSOLE
from api.console.router import router as console
from api.contact_points.router import router as contact_points
from api.conversations.agency_router import router as agency_messages
from api.conversations.router import router as messages
from api.devices.router import router as devices
from api.dossiers.router import router as dossiers
from api.health.router import router as health
from api.inbox.router import router as inbox
from api.lookups.page import router as lookup_page
from api.lookups.router import router as lookups
from api.lookups.slip_router import router as slips
from api.me.router import router as me
from api.oauth.router import router as oauth
from api.officers.router import router as officers
from api.open_data.page import router as scores_page
from api.open_data.router import router as open_data
from api.operation.router import router as operation
from api.opt_out.router import router as opt_out
from api.procedures.bundle_router import router as procedure_bundle
from api.procedures.detail_router import router as procedure_details
from api.procedures.page import router as procedure_page
from api.procedures.router import router as procedures
from api.questions.public_router import router as published_answers
from api.questions.router import router as questions
from api.ratings.link_router import router as rating_links
from api.ratings.page import router as rating_page
from api.ratings.router import router as ratings
from api.receipts.router import router as receipts
from api.reference import page
from api.representatives.router import router as representatives
from api.results.router import router as results
from api.reuse.agency_router import router as agency_result_requests
from api.reuse.router import router as result_requests
from api.services import open_services, require_complete
from api.sessions.router import router as sessions
from api.settings import MEBIBYTE, Settings
from api.shares.page import router as share_page
from api.shares.router import router as shares
from api.surveys import page as survey_pages
from api.surveys.addresses import PAGE as SURVEYS
from api.surveys.agency_router import router as agency_surveys
from api.surveys.router import router as surveys
from api.vault.router import router as vault
from api.vault.share_router import router as vault_shares
from api.verify.page import router as verification_page
from api.verify.router import router as verification
from storage.settling import settle

ROUTERS = (
    health,
    oauth,
    agency_events,
    agency_sync,
    agency_dossiers,
    agency_arrangements,
    agency_files,
    dossiers,
    messages,
    agency_messages,
    inbox,
    me,
    consents,
    sessions,
    devices,
    officers,
    operation,
    opt_out,
    receipts,
    representatives,
    results,
    procedures,
    procedure_bundle,
    procedure_details,
    procedure_page,
    # Before what is published: `mine` is no id.
    questions,
    published_answers,
    # Before what is one's own: `published` is no id.
    published_complaints,
    complaints,
    contact_points,
    ratings,
    rating_links,
    surveys,
    agency_surveys,
    survey_pages.router,
    open_data,
    scores_page,
    lookups,
    slips,
    lookup_page,
    rating_page,
    vault,
    vault_shares,
    result_requests,
    agency_result_requests,
    shares,
    share_page,
    verification,
    verification_page,
    console,
)

UPLOADS = (
    re.compile("/v1/agency/dossier-events/csv"),
    re.compile("/console/dossier-files/[a-z]+"),
    re.compile("/v1/agency/results"),
    re.compile("/v1/(agency/)?dossiers/[^/]+/messages/files"),
    re.compile("/console/dossiers/[^/]+/messages"),
)
UPLOAD_RATE = 32 * 1024
"""Bytes a second: 50 MB may take 25 minutes."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the web application. Settings come from the environment where none are given.

    Raises SettingsError when one is missing, before anything is served.
    """
    settings = settings or Settings()
    require_complete(settings)
    platforms = leads(VnformSettings(), development=settings.storage.development)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_services(settings) as services:
            app.state.services = services
            settle()
            yield

    app = _routed(settings, lifespan)
    app.state.survey_platforms = platforms
    problems.install(app, pages={CONSOLE: faults.answer, SURVEYS: survey_pages.fault})
    page.install(app)
    uploads = edge.BodyLimits(size=settings.papers.limits().file_bytes + MEBIBYTE, rate=UPLOAD_RATE)
    app.add_middleware(
        edge.Edge, body=edge.BodyLimits(size=settings.body_limit), uploads=dict.fromkeys(UPLOADS, uploads)
    )
    return app


def document() -> dict[str, Any]:
    """Return the description of the API (OpenAPI 3.1), for which nothing has to be set, or to be running."""
    return _routed(Settings()).openapi()


def _routed(settings: Settings, lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    app = FastAPI(
        title="TinDan",
        version=version("tindan"),
        description="Kênh di động của dịch vụ công trực tuyến · The mobile channel of public services\n\n"
        + server.described(settings),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    for router in ROUTERS:
        app.include_router(router)
    openapi.install(app)
    return app
