"""What happens next: one verb per file. The only place that writes run state."""
