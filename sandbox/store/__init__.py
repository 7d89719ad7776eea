"""What an account has in Campaign Master: one module a subject, plain functions on the database."""
