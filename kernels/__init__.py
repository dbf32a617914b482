"""winnow.kernels"""
