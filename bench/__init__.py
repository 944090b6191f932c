"""The budgets of speed and size, measured: `python -m bench [part ...] [--quick]`. What each means is in docs/performance.md."""
