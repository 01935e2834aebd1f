"""What others need to build on the platform: documents, pages, and which rules they keep."""
