"""The only importer of APScheduler: one tick, the passes it runs, and next times of cron expressions."""
