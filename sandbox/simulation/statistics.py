"""The figures of a campaign, in the words of the contract."""

from __future__ import annotations

import sqlite3
from typing import Any

from ..clock import to_iso
from ..store.campaigns import COLUMN_BY_FIELD


def campaign_document(campaign: sqlite3.Row) -> dict[str, Any]:
    """`Campaign` of the contract; what was never set is left out."""
    document = {
        field: campaign[column]
        for field, column in COLUMN_BY_FIELD.items()
        if campaign[column] is not None
    }
    return document | {
        "id": campaign["id"],
        "status": campaign["status"],
        "sentAt": sent_at(campaign),
    }


def sent_at(campaign: sqlite3.Row) -> str | None:
    """When the sending began; None before it has."""
    began = campaign["status"] in ("sending", "sent")
    return to_iso(campaign["sending_at"]) if began else None


def statistics_document(campaign: sqlite3.Row) -> dict[str, Any]:
    """`CampaignStatistics` of the contract.

    `confirmedTotalViews` counts every open, since each loaded the pictures; `openRate` is the
    share of delivered mails that were opened at least once, in per cent.
    """
    delivered = campaign["emails_sent"] - campaign["hard_bounces"] - campaign["soft_bounces"]
    open_rate = 100 * campaign["unique_opens"] / delivered if delivered else 0
    return {
        "status": campaign["status"],
        "sentAt": sent_at(campaign),
        "emailsSent": campaign["emails_sent"],
        "hardBounces": campaign["hard_bounces"],
        "softBounces": campaign["soft_bounces"],
        "totalUnsubscribes": campaign["unsubscribes"],
        "totalClicks": campaign["total_clicks"],
        "uniqueClicks": campaign["unique_clicks"],
        "totalOpens": campaign["total_opens"],
        "uniqueOpens": campaign["unique_opens"],
        "confirmedTotalViews": campaign["total_opens"],
        "totalForwards": campaign["total_forwards"],
        "uniqueForwards": campaign["unique_forwards"],
        "noRecordedActivity": delivered - campaign["unique_opens"],
        "openRate": round(open_rate, 2),
    }


def recipient_document(row: sqlite3.Row) -> dict[str, Any]:
    """`RecipientStatistics` of the contract."""
    return {
        "email": row["email"],
        "totalOpens": row["opens"],
        "totalClicks": row["clicks"],
        "totalForwards": row["forwards"],
        "totalUnsubscribes": row["unsubscribes"],
        "firstOpen": to_iso(row["first_open"]),
        "lastOpen": to_iso(row["last_open"]),
        "firstClick": to_iso(row["first_click"]),
        "lastClick": to_iso(row["last_click"]),
        "bounced": bool(row["bounce"]),
        "updatedAt": to_iso(row["updated_at"]),
    }
