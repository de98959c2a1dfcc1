"""Information pages: what people should know beside the procedures themselves."""
