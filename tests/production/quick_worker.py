"""The worker of live with pings so soon that a test need not wait for them."""

from config.workers import LiveWorker


class QuickWorker(LiveWorker):
    CONFIG_KWARGS = {**LiveWorker.CONFIG_KWARGS, "ws_ping_interval": 1, "ws_ping_timeout": 0.6}
