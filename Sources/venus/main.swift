print("venus")
