"""All pages below `/console`."""

from fastapi import APIRouter

from api.console.complaint import router as complaint
from api.console.complaint_decision import router as complaint_decision
from api.console.complaint_moderation import router as complaint_moderation
from api.console.complaints import router as complaints
from api.console.dossier_files import router as dossier_files
from api.console.home import router as home
from api.console.message_answer import router as message_answer
from api.console.message_supplement import router as message_supplement
from api.console.message_thread import router as message_thread
from api.console.messages import router as messages
from api.console.moderation import router as moderation
from api.console.published import router as published
from api.console.question import router as question
from api.console.questions import router as questions
from api.console.rating import router as rating
from api.console.ratings import router as ratings
from api.console.sign_in import router as sign_in
from api.console.sync import router as sync
from api.console.sync_day import router as sync_day
from api.console.sync_one import router as sync_one
from api.console.templates import router as templates

router = APIRouter(include_in_schema=False)
router.include_router(sign_in)
router.include_router(home)
router.include_router(templates)
router.include_router(dossier_files)
router.include_router(questions)
router.include_router(question)
router.include_router(messages)
router.include_router(message_thread)
router.include_router(message_answer)
router.include_router(message_supplement)
router.include_router(moderation)
router.include_router(published)
router.include_router(ratings)
router.include_router(rating)
router.include_router(complaints)
router.include_router(complaint)
router.include_router(complaint_moderation)  # its address of what is published is no id
router.include_router(complaint_decision)
router.include_router(sync)
router.include_router(sync_day)  # its address is no id
router.include_router(sync_one)
