"""What a corpus goes through: records out of snapshots, text out of pages, shards out of rows."""
