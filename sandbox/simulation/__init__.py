"""What becomes of a launched campaign: deliveries, bounces, opens, clicks and the rest."""
