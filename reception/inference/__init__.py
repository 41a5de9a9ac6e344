"""llama.cpp behind one door: the only package that imports llama_cpp."""
