"""What librarians ask their assistant, in YAML; the worlds stand in ``worlds.yaml``."""
