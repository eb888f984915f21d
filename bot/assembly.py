"""The use cases, wired: which parts each one is made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from bot.app import Services
from bot.config import Settings
from bot.grok.admin import AdminClient
from bot.grok.pool_tokens import PoolAdmin
from bot.grok.protocol import Grok
from bot.media.fitting import Fitter
from bot.services.abilities import Abilities
from bot.services.cancelling import Cancellations
from bot.services.carrying import LOOK_S, DurableJobs, Limits
from bot.services.chat import ChatModels, ChatParts, ChatService
from bot.services.compaction import Compactor
from bot.services.context import ContextService
from bot.services.cooling import Cooling
from bot.services.fitting import Tailor
from bot.services.fulfilment import Fulfilment
from bot.services.getting import Getter
from bot.services.line import Line
from bot.services.making import Maker
from bot.services.media_folder import MediaFolder
from bot.services.memory import MemoryService
from bot.services.models import ModelService, ModelsInUse
from bot.services.on_demand import JobsOnDemand
from bot.services.order_steps import OrderSteps
from bot.services.orders import OrderModels, OrderService
from bot.services.pool import PoolService
from bot.services.posts import PostService
from bot.services.preferences import PreferenceService
from bot.services.quota import Unlimited
from bot.services.reading import FileReader
from bot.services.scope import ScopeService
from bot.services.staging import Stage
from bot.services.writing import Writer
from bot.slots import executor_id
from bot.store.address import jobs_url
from bot.store.branches import Branches
from bot.store.claimed_slot import NO_EPOCH
from bot.store.database import Database
from bot.store.memory import Memory
from bot.store.notes import Notes
from bot.store.orders import Orders
from bot.store.person_preferences import PersonPreferences
from bot.store.posts import Posts
from bot.store.preferences import Preferences
from bot.store.summaries import Summaries


def build_services(
    settings: Settings,
    grok: Grok,
    database: Database,
    *,
    slot: int = 0,
    epoch: int = NO_EPOCH,
    poll_s: float = LOOK_S,
    admin: PoolAdmin | None = None,
) -> Services:
    """Return the use cases, wired.

    slot, epoch: what this process holds. poll_s: how often orders are looked for. admin: where there is a pool's.
    """
    orders = _build_orders(settings, grok, Orders(database, slot=slot, epoch=epoch), database, slot, poll_s)
    memory, posts, choices = Memory(database), Posts(database), Preferences(database)
    summaries, branches = Summaries(database), Branches(database)
    tokens = settings.memory_tokens
    context = ContextService(memory, summaries, posts, budget_tokens=tokens, context_tokens=settings.context_tokens)
    scopes = ScopeService(branches, memory, choices)
    preferences = PreferenceService(choices)
    keeping = MemoryService(memory, posts, scopes, choices, context, budget_tokens=tokens)
    line = Line(settings.chat_at_once, settings.chat_per_channel)
    compactor = Compactor(grok, memory, summaries, line, model=settings.grok_model, budget_tokens=tokens)
    standing = PostService(posts, memory, branches)
    chat = ChatService(
        ChatParts(
            Writer(grok), memory, standing, scopes, context, preferences, line, keeping.since, compactor.consider
        ),
        ChatModels(settings.grok_model, settings.grok_vision_model),
    )
    return Services(
        chat=chat,
        posts=standing,
        scopes=scopes,
        memory=keeping,
        preferences=preferences,
        reader=FileReader(),
        orders=orders,
        models=ModelService(grok, _models_in_use(settings)),
        abilities=Abilities(grok),
        pool=_pool(settings, admin, database),
        chores=(keeping.run, compactor.run, orders.run),
    )


def admin_of(settings: Settings, http: httpx.AsyncClient) -> AdminClient | None:
    """Return the administration of the proxy's pool, where its key and an owner are set."""
    if not settings.grok_admin_key or not settings.owner_ids:
        return None
    return AdminClient(http, base_url=settings.grok_base_url, admin_key=settings.grok_admin_key)


def _pool(settings: Settings, admin: PoolAdmin | None, database: Database) -> PoolService | None:
    if admin is None:
        return None
    return PoolService(admin, Notes(database), settings.owner_ids, low_quota=settings.pool_low_quota)


def _build_orders(
    settings: Settings, grok: Grok, orders: Orders, database: Database, slot: int, poll_s: float
) -> OrderService:
    folder, fitter, cancellations = MediaFolder(Path(settings.media_dir)), Fitter(), Cancellations()
    limits = Limits(settings.orders_at_once, settings.orders_per_person, settings.orders_per_minute)
    max_bytes = settings.max_file_mb * 1024 * 1024

    def make_jobs() -> DurableJobs:
        from bot.services.jobs import Jobs  # not at the top: DBOS takes 40 MiB, for nothing where nothing is ordered

        return Jobs(jobs_url(settings.database_url), executor_id(slot), limits, poll_s=poll_s)

    def make_fulfilment(stage: Stage) -> Fulfilment:
        steps = OrderSteps(
            orders=orders,
            folder=folder,
            maker=Maker(grok, orders, folder, Cooling(grok, _now), _now, max_bytes=max_bytes),
            getter=Getter(grok, folder, fitter, max_bytes=max_bytes),
            tailor=Tailor(fitter, folder),
            quota=Unlimited(),
            stage=stage,
            now=_now,
        )
        return Fulfilment(orders, steps, cancellations)

    return OrderService(
        orders,
        PersonPreferences(database),
        JobsOnDemand(make_jobs),
        folder,
        cancellations,
        models=OrderModels(settings.grok_image_model, settings.grok_image_edit_model, settings.grok_video_model),
        limits=limits,
        make_fulfilment=make_fulfilment,
        now=_now,
        slot=slot,
        keep=timedelta(hours=settings.media_keep_hours),
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _models_in_use(settings: Settings) -> ModelsInUse:
    return ModelsInUse(
        settings.grok_model,
        settings.grok_image_model,
        settings.grok_image_edit_model,
        settings.grok_video_model,
        settings.grok_fast_model,
    )
