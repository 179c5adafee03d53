{
  # For tools that look for this file. There is one truth, addon/CMakeLists.txt: the only action here calls cmake-js, which reads it.
  "targets": [
    {
      "target_name": "hoist",
      "type": "none",
      "actions": [
        {
          "action_name": "cmake_js",
          "inputs": ["addon/CMakeLists.txt"],
          "outputs": ["dist/bin/hoist.node"],
          "action": ["npm", "run", "build:addon"],
        }
      ],
    }
  ]
}
