"""lazyflow: declare a chatbot in one YAML file and run it."""

__version__ = "0.1.0"
