"""What a person looks at: statistics, families, explanations."""
