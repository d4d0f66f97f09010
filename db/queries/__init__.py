"""The queries, by noun. None of them commits.

- The trail: `events`, `tree`, `event_search`, `trail_reading`. Ended trails: `archive`,
  `archive_reading`.
- Settings: `settings`, `secrets`. Access tokens: `tokens`. Test emails: `email_tests`.
- Counts for monitoring: `statistics`. Pages of numbered lists: `keyset`.
- Rows that are only read: `plain`.
"""
