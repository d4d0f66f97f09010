"""The queries, by noun. No query commits.

- The trail: `events`, `tree`, `event_search`, `trail_reading`. Ended trails: `archive`,
  `archive_reading`.
- Settings: `settings`, `secrets`. Access tokens: `tokens`. Test emails: `email_tests`.
- Counts for monitoring: `statistics`. Pages of numbered lists: `keyset`.
- Read-only rows: `plain`.
"""
