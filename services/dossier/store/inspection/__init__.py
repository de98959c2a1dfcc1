"""What a file's readers would find in it; imported by the reading process, which knows nothing else."""
