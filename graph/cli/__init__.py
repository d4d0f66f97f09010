"""The command line, `postledger`.

- All commands: `main`. Running the service: `serve`. Settings and encryption keys: `settings`.
- The trail: `audit`, `export`.
- How a command runs and reports a failure: `command`; progress: `progress`; files: `new_file`.
"""
